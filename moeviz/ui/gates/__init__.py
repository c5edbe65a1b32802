"""Gates: who answers for an input, with the experts' vectors in the visitor's hand."""
