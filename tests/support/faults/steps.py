"""Which steps of a walk a test tries that kills or breaks something at one step after another."""

STRIDE = 4


class Steps:
    """All steps, or every fourth from one that `draw` chooses: a walk through all of them takes minutes."""

    def __init__(self, are_all, draw):
        self.are_all = are_all
        self._stride = 1 if are_all else STRIDE
        self.first = draw.randint(1, self._stride)

    def upto(self, most):
        """Numbers from 1 to `most`."""
        return range(self.first, most + 1, self._stride)

    def of(self, numbers):
        """Some of those numbers."""
        return list(numbers)[self.first - 1 :: self._stride]
