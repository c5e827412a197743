"""What is filed: reading the register, and the acts that change it."""
