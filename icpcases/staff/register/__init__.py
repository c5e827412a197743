"""The office's pages about what is filed: clients' portfolios, and entries by hand."""
