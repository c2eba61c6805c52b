"""An analyst's tools on the bearing screen: cursors, true spectra, peaks, cepstrum, comparison."""
