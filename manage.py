#!/usr/bin/env python3
"""The command line of icpcases: `python manage.py help` lists what it can do."""

import os
import sys

try:
    from django.core.management import execute_from_command_line
except ImportError:
    sys.exit("Django is missing here: run script/run once, then .venv/bin/python manage.py.")

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "icpcases.settings")
    execute_from_command_line(sys.argv)
