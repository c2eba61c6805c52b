"""The currents and voltages of three-phase motors: figures, lines beside the mains, fitness (pure)."""
