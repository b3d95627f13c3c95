"""A small Wagtail site that installs the plugin as any site would."""
