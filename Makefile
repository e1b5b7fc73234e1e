# make run [PORT=8123] [PYTHON=python3.12]    the portal on this machine
# make test                                   all checks and the daily tests
# make test-quick                             tests of the pure cores and the pages
# make test-all                               make test, slow and destructive tests, and PostgreSQL
# make test-postgres                          daily tests on a temporary PostgreSQL server
# make fmt                                    format the code
# make shell                                  Django's shell with the database of make run
# make screens                                screenshots of every page, in var/screens/index.html
# make github                                 a stand-in for GitHub, to try the portal with
# make bench                                  benchmarks and their limits (benchmarks/README.md)
PYTHON ?= python3

GOALS = run test test-quick test-all test-postgres fmt shell screens github bench
.PHONY: $(GOALS)

$(GOALS):
	@$(PYTHON) portal/bootstrap.py $@
