"""What the pages of staff and applicants share."""
