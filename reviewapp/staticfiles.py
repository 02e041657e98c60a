"""Static files with hashed names, without making `collectstatic` a step that somebody can forget."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ForgivingManifestStorage(CompressedManifestStaticFilesStorage):
    """Uses the hashed name of a collected file and the plain name of any other; whitenoise serves both."""

    manifest_strict = False
    support_js_module_import_aggregation = True  # a module imports the hashed names of others

    def hashed_name(self, name, content=None, filename=None):
        try:
            return super().hashed_name(name, content, filename)
        except ValueError:  # not collected
            return name
