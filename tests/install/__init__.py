"""The package, installed as a stranger installs it: into a new site, by the README.

``make install-test`` runs it, not pytest. Of this repository the site has the wheel alone.
``pairs`` says with which versions, ``scenarios`` under which settings, ``journey`` what must work there.
"""
