"""What is asked of a family: independence, cones, identities, sequences; and claims of these."""
