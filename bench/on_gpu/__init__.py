"""What bench/gpu.sh is made of: the bundle, what a machine has, jobs with a time limit each, the table."""
