# The commands a user needs. Everything else is CMake: see CMakePresets.json.
#   make demo [EVIDENCE='PATH ...']   builds the program and hunts in example evidence, or in yours
#   make check                        builds and runs every test
#   make install [PREFIX=/usr/local] [DESTDIR=...]
#   make deb                          a Debian package in build/release/package/
#   make bench [BENCH='OPTIONS']      measures, with options of bench/hunt_bench.py if you like
#   make coverage                     which lines the tests reach, as build/coverage/report/index.html
# demo and check install what is missing (Debian 12, as root or with sudo).

PREFIX ?= /usr/local
JOBS ?= $(shell nproc)
EVIDENCE ?=
CASE ?= build/demo/example.case
BENCH ?=
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:

.PHONY: all demo check install deb bench coverage clean

all:
	@cmake --preset release -DPUGMARK_TESTS=OFF -DPUGMARK_BENCH=OFF --log-level=WARNING >/dev/null
	cmake --build --preset release -j $(JOBS) --target pugmark

demo:
	@tools/install_dependencies.sh build
	$(MAKE) --no-print-directory all
	mkdir -p build/demo
	evidence='$(EVIDENCE)'
	if [ -z "$$evidence" ]; then
	  evidence=build/demo/evidence
	  rm -rf "$$evidence"
	  python3 tools/make_example_evidence.py "$$evidence"
	  echo "Example evidence of a made-up breach: $$evidence"
	fi
	code=0
	build/release/pugmark hunt $$evidence -o $(CASE) --force || code=$$?
	if [ $$code = 3 ]; then
	  echo "Part of the evidence is damaged or over a limit; the case says which (show $(CASE) gaps)."
	elif [ $$code != 0 ]; then
	  exit $$code
	fi
	echo
	echo "The case is $(CASE). Look further with:"
	echo "  build/release/pugmark show $(CASE) findings"
	echo "  build/release/pugmark show $(CASE) coverage"
	id=$$(build/release/pugmark show $(CASE) findings --jsonl | sed -n '1s/^{"id":"\([^"]*\)".*/\1/p')
	[ -z "$$id" ] || echo "  build/release/pugmark explain $(CASE) $$id"

check:
	@tools/install_dependencies.sh build check
	cmake --preset dev --log-level=WARNING >/dev/null
	cmake --build --preset dev -j $(JOBS)
	ctest --preset check
	python3 -B tools/skipped_tests.py build/dev

install: all
	@cmake --install build/release --prefix '$(PREFIX)'

deb:
	@tools/install_dependencies.sh build deb
	$(MAKE) --no-print-directory all
	cpack --config build/release/CPackConfig.cmake
	ls -l build/release/package/*.deb

bench:
	@tools/install_dependencies.sh build bench
	cmake --preset release -DPUGMARK_TESTS=OFF -DPUGMARK_BENCH=ON --log-level=WARNING >/dev/null
	cmake --build --preset release -j $(JOBS)
	python3 -B bench/hunt_bench.py build/release/pugmark $(BENCH)
	dense=$$(find build/bench-corpora -name 'dense*.evtx' | sort | head -n 1)
	for program in build/release/bench/*_bench; do
	  echo "== $$program"
	  case $$program in
	    */evtx_decode_bench) [ -z "$$dense" ] || "$$program" "$$dense" 3 ;;
	    *) "$$program" ;;
	  esac
	done

coverage:
	@tools/install_dependencies.sh build check coverage
	cmake --preset coverage --log-level=WARNING >/dev/null
	cmake --build --preset coverage -j $(JOBS)
	ctest --preset coverage
	mkdir -p build/coverage/report
	gcovr --root . --filter src/ --exclude '.*_test\.cc' --exclude-throw-branches \
	  --html-details build/coverage/report/index.html --print-summary build/coverage

clean:
	rm -rf build
