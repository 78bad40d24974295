"""The leaderboard: a static site of verified submissions, in which every figure is recomputed."""
