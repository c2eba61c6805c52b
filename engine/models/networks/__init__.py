"""The Keras layers of each autoencoder. Only `engine.training` imports this room."""
