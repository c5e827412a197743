"""What a case can be and who may do what: states, steps, roles."""
