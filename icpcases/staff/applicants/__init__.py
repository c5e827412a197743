"""Records of applicants side by side: compared, joined, taken apart, unconfirmed."""
