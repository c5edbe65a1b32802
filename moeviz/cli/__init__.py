"""The command line: one program, and commands that are long in modules of their own."""
