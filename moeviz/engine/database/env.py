"""What Alembic runs: the migrations that a store lacks, over the connection that is handed in."""

from alembic import context

from moeviz.engine.database.tables import SCHEMA

context.configure(connection=context.config.attributes["connection"], target_metadata=SCHEMA)
with context.begin_transaction():
    context.run_migrations()
