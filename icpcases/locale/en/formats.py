"""How Django itself writes days and times, in the admin's tables too: as every page does."""

DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "Y-m-d H:i"
