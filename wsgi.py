"""The application as a WSGI server imports it: `gunicorn wsgi:app`, `flask --app wsgi`."""

from licensetrack import create_app

app = create_app()
