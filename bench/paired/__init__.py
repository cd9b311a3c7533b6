"""What bench/run.sh is made of: a session, one process measured, one file a section, tables."""
