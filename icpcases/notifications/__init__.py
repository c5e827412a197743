"""What is told by mail: words, preview, reminders, delivery."""
