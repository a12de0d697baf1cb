"""The UI in a browser on this machine, and nowhere else."""
