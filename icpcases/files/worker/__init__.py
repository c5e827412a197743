"""Opening a stranger's file, in a process of its own: a hostile one may hang, burst or crash it."""
