# make run [PORT=8123] [PYTHON=python3.12]    the portal on this machine
# make test                                   every check and test
# make test-postgres                          the tests again, on a PostgreSQL server that they start themselves
PYTHON ?= python3

.PHONY: run test test-postgres format

run test test-postgres format:
	@$(PYTHON) portal/bootstrap.py $@
