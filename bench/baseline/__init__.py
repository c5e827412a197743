"""What a good developer gets by following the documentation, to measure against."""
