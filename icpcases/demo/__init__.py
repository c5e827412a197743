"""The demo office: invented people and their cases, walked through the door."""
