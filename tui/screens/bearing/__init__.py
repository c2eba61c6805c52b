"""One bearing: trend, spectrum, envelope, waterfall, waveform, contributions, figures."""
