from wagtail.snippets.models import register_snippet

from .models import Note

register_snippet(Note)
