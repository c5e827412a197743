"""The records: models, migrations, triggers, forms, permissions, outbox rows."""
