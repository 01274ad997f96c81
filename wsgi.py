"""The application as a WSGI server imports it: `gunicorn wsgi:app`, `flask --app wsgi`."""

from licensetrack import create_app
from licensetrack.core import logs
from licensetrack.operations import refuse_dangers

logs.configure()
app = create_app()
refuse_dangers()
