-- How far the commits of a kind are closed is asked at every start and held against the other stores.
CREATE INDEX commits_closed ON commits (kind, no, state) WHERE state IN ('closed', 'applied');
