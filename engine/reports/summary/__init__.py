"""Parts of summary.json that some machines have: motors and slow sensors."""
