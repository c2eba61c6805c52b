"""The console application: it joins the store, the keys and the screens."""
