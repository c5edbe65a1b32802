"""Migrations, one module each, as Alembic reads them; what is kept of each schema never changes."""
