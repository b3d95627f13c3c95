"""A strict policy for scripts, as a careful site sets it."""


def only_own_scripts(get_response):
    """Middleware: no script but those in files of the site."""

    def respond(request):
        response = get_response(request)
        response["Content-Security-Policy"] = "script-src 'self'"
        return response

    return respond
