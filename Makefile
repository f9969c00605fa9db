# `make help` lists the targets. They run the committed bundles of the actions (actions/*/dist), as GitHub does.
# tools/run-action passes the inputs.

-include .env
# The AWS SDK would look for a profile with an empty name.
ifeq ($(AWS_PROFILE),)
unexport AWS_PROFILE
else
export AWS_PROFILE
endif

CPU := $(or $(CPU),x86)
BASE := $(or $(BASE),auto)
PROFILE := $(or $(PROFILE),quick)
MAX_PARALLEL_PUBLISH := $(or $(MAX_PARALLEL_PUBLISH),7)
# PHP version of `run`, `test-function`, `test-fpm`, `test-al2023` and `reproducible`.
PHP ?= 82

# Inputs of every build.
build_options = 'configure-flags=$(PHP_COMPILATION_FLAGS)' $(if $(USE_DEPOT),builder=depot)
# Zips of a quick build are packed at the fast level.
level := $(if $(filter release,$(PROFILE)),best,fast)
prefix := $(if $(filter arm,$(CPU)),arm-)
versions := $(patsubst php-%,%,$(wildcard php-[0-9][0-9]))
comma := ,
empty :=
version_list = $(subst $(empty) $(empty),$(comma) ,$(versions))
# $(call version_of,layer): the PHP version in the name of a layer, such as 82 of arm-php-82-fpm; PHP for console.
version_of = $(if $(findstring php-,$(1)),$(firstword $(subst -, ,$(lastword $(subst php-, ,$(1))))),$(PHP))
layer_names := $(foreach v,$(versions),php-$v php-$v-fpm) console
bases := $(patsubst php/bases/%/packages,%,$(wildcard php/bases/*/packages))
# Versions with a layer tree for this CPU. Evaluated when a recipe runs, because earlier recipes build the trees.
built = $(foreach v,$(versions),$(if $(wildcard output/tree/$(prefix)php-$v.metadata.json),$v))
bin := node_modules/.bin
# Node 24 from node_modules if npm has it for this machine, otherwise the Node on PATH.
node = PATH="$(CURDIR)/$(bin):$$PATH" node
action = $(node) tools/run-action/main.ts

.PHONY: all sources help setup setup-tests setup-undo docker-images layers test lint lint-shell lint-workflows test-unit test-integration test-function test-fpm test-al2023 test-binaries reproducible run \
	upload-layers upload-layers-local list-layers list-layers-local upload-to-docker-hub release-rehearsal clean $(foreach v,$(versions),php-$v docker-images-php-$v test-$v clean-$v layers-php-$v sources-php-$v configure-php-$v trees-$v) \
	$(layer_names:%=needed-%)
.NOTPARALLEL:
.DELETE_ON_ERROR:
# Keeps intermediate files.
.SECONDARY:

##@ Build

all: node_modules/.package-lock.json ## Build, package and test every PHP version whose sources can be downloaded (default)
	@$(node) tools/each-version/main.ts --first sources-php php $(versions)

sources: node_modules/.package-lock.json ## Fetch and verify the archives of every version
	@$(node) tools/each-version/main.ts sources-php $(versions)

$(versions:%=sources-php-%): sources-php-%: node_modules/.package-lock.json ## Fetch and verify the archives of one version
	@$(action) build-php php-version=$* until=sources

$(versions:%=configure-php-%): configure-php-%: setup ## Check that PHP's ./configure accepts every flag (two minutes)
	@$(action) build-php php-version=$* cpu=$(CPU) base=$(BASE) profile=$(PROFILE) until=configured $(build_options)

$(versions:%=php-%): php-%: layers-php-% ## Build, package and test one PHP version
	@$(MAKE) --no-print-directory output/.tested/$(prefix)php-$*
	@echo "PHP $* is built, packaged and tested: output/$(prefix)php-$*.zip, output/$(prefix)php-$*-fpm.zip, output/console.zip"

docker-images: node_modules/.package-lock.json ## Build the images and layer trees of every version
	@$(node) tools/each-version/main.ts --first sources-php docker-images-php $(versions)

$(versions:%=docker-images-php-%): docker-images-php-%: setup ## Build the images and layer trees of one version
	@$(action) build-php php-version=$* cpu=$(CPU) base=$(BASE) profile=$(PROFILE) images=true $(build_options)

layers: node_modules/.package-lock.json ## Build the zips of every version
	@$(node) tools/each-version/main.ts --first sources-php layers-php $(versions)

# A second make sees the layer trees that the prerequisite has just written.
$(versions:%=layers-php-%): layers-php-%: docker-images-php-%
	@$(MAKE) --no-print-directory output/$(prefix)php-$*.zip output/$(prefix)php-$*-fpm.zip output/console.zip

layer-%: node_modules/.package-lock.json ## Build one zip from its layer tree, such as layer-php-82-fpm or layer-console
	@rm -f output/$(if $(filter console,$*),,$(prefix))$*.zip
	@$(MAKE) --no-print-directory output/$(if $(filter console,$*),,$(prefix))$*.zip

output/console.zip: output/tree/console.metadata.json actions/package-layer/dist/index.js
	@$(action) package-layer path=output/tree/console name=console cpu=any level=$(level)

output/%.zip: output/tree/%.metadata.json actions/package-layer/dist/index.js
	@$(action) package-layer path=output/tree/$* name=$* cpu=$(CPU) level=$(level)

output/tree/%.metadata.json:
	@echo "Error: The layer tree of $* does not exist. Build it with: make docker-images-php-$(call version_of,$*)$(if $(prefix), CPU=arm)" >&2; exit 1

# Unknown PHP versions.
php-% docker-images-php-% layers-php-% sources-php-% configure-php-% test-% clean-%:
	@echo "Error: The PHP version must be one of $(version_list); got \"$*\". .github/CONTRIBUTING.md explains how to add a version." >&2; exit 1

##@ Test

# Tests the layers that have been built, and fails if there are none.
test: lint lint-shell lint-workflows test-unit test-integration ## Run lint, unit, integration and layer tests (on every built version, and on published PHP binaries)
	@[ -n '$(built)' ] || { echo "Error: No layer for $(CPU) has been built. Build one with: make php-$(PHP)$(if $(prefix), CPU=arm)" >&2; exit 1; }
	@$(node) tools/each-version/main.ts test $(built)
	@$(if $(prefix),,$(MAKE) --no-print-directory test-binaries)

lint: node_modules/.package-lock.json ## Check types, style, language, unused code and committed bundles
	@PATH="$(CURDIR)/$(bin):$$PATH" npm run --silent check

lint-shell: setup ## Check Dockerfiles and shell scripts
	@PATH="$(CURDIR)/$(bin):$$PATH" npm run --silent check:shell

lint-workflows: setup ## Check GitHub workflows and the CloudFormation template of the publishing role
	@PATH="$(CURDIR)/$(bin):$$PATH" npm run --silent check:workflows

test-unit: node_modules/.package-lock.json ## Run the fast tests that need only Node
	@PATH="$(CURDIR)/$(bin):$$PATH" npm run --silent test:unit

# Compiles PHP, so `make test` leaves it out. weekly.yml runs it.
test-al2023: setup-tests ## Build, test and publish a version on a stand-in for Amazon's image (PHP=82, x86 only)
	@PATH="$(CURDIR)/$(bin):$$PATH" npm run --silent test:al2023 -- --php $(PHP)

test-integration: setup-tests ## Run the tests with a real Docker engine, emulator and API server
	@PATH="$(CURDIR)/$(bin):$$PATH" npm run --silent test:integration

test-binaries: setup ## Run the layer tests on published PHP binaries (VERSIONS=83,86, a build, or all)
	@$(node) tests/binaries/main.ts $(VERSIONS)

$(versions:%=test-%): test-%: trees-% setup ## Run the layer tests of one version
	@rm -f output/.tested/$(prefix)php-$*
	@$(MAKE) --no-print-directory output/.tested/$(prefix)php-$*

test-function: needed-php-$(PHP) setup ## Run the tests of the function layer (PHP=82)
	@$(call test_layer,php-$(PHP),common function runtimes)

test-fpm: needed-php-$(PHP)-fpm setup ## Run the tests of the FPM layer (PHP=82)
	@$(call test_layer,php-$(PHP)-fpm,common fpm runtimes)
	@$(call test_http,php-$(PHP)-fpm)

# $(call zips_of,layer): the zips of a layer and its lower layer. The lower layer of console is the function layer. The
# console zip is for both CPUs.
zips_of = $(if $(filter console,$(1)),output/$(prefix)php-$(PHP).zip output/console.zip,output/$(prefix)$(1).zip)

# $(call need_zip,layer) fails if the zip of a layer is missing, and prints the command that builds it.
need_zip = ls $(call zips_of,$(1)) > /dev/null 2>&1 || \
	{ echo "Error: output/ does not contain the layer $(1). Build it with: make layers-php-$(call version_of,$(1))$(if $(prefix), CPU=arm) (versions: $(version_list))" >&2; exit 1; }

# These prerequisites report a missing layer before setup installs anything. They are phony, because make updates other
# targets of pattern rules after `setup`.
$(layer_names:%=needed-%): needed-%:
	@$(call need_zip,$*)

needed-%:
	@$(call need_zip,$*)

$(versions:%=trees-%): trees-%:
	@$(MAKE) --silent $(patsubst %,output/tree/%.metadata.json,$(prefix)php-$* $(prefix)php-$*-fpm console)

# $(call test_layer,layer,sets of cases[,zip of a layer to stack on it])
test_layer = $(action) test-layer cpu=$(CPU) base=$(BASE) 'layers=output/$(prefix)$(1).zip $(3)' \
	'tests=$(patsubst %,tests/layers/%,$(2))' 'filter=$(FILTER)' target=$(TARGET) 'role=$(ROLE)' \
	expected-overlaps=$(if $(3),bootstrap) env=EXPECTED_PHP=$(patsubst php-%,%,$(1:-fpm=))

# $(call test_http,layer) sends random requests to an FPM layer and to PHP's HTTP server, and compares the responses.
test_http = PATH="$(CURDIR)/$(bin):$$PATH" LAYER=output/$(prefix)$(1).zip CPU=$(CPU) BASE=$(BASE) npm run --silent test:http

output/.tested/$(prefix)php-%: output/$(prefix)php-%.zip output/$(prefix)php-%-fpm.zip output/console.zip \
		$(shell find tests/layers tests/http -type f 2>/dev/null) actions/test-layer/dist/index.js
	@$(call test_layer,php-$*,common function runtimes)
	@$(call test_layer,php-$*-fpm,common fpm runtimes)
	@$(call test_http,php-$*-fpm)
	@$(call test_layer,php-$*,console,output/console.zip)
	@mkdir -p $(@D) && touch $@

# Compiles again, without reusing anything from the first build.
reproducible: layers-php-$(PHP) ## Build a version a second time and compare the zips (PHP=82)
	@$(node) tools/reproducible/main.ts --php $(PHP) --cpu $(CPU) --base $(BASE) --profile $(PROFILE)

##@ Inspect

run: ## Open a shell in the image of a version (PHP=82)
	@docker image inspect bref/$(prefix)php-$(PHP) > /dev/null 2>&1 || \
		{ echo "Error: The image bref/$(prefix)php-$(PHP) does not exist. Build it with: make docker-images-php-$(PHP)$(if $(prefix), CPU=arm)" >&2; exit 1; }
	docker run --rm --interactive --tty --entrypoint=sh bref/$(prefix)php-$(PHP)

shell-%: needed-% setup ## Open a shell in the sandbox of a layer's tests, such as shell-php-82 (APP=folder at /var/task)
	@$(node) tools/shell/main.ts --cpu $(CPU) --base $(BASE) $(if $(APP),--app '$(APP)') $(call zips_of,$*)

run-%: needed-% setup ## Serve a folder over HTTP with a layer, such as run-php-82-fpm (APP=folder, HANDLER=index.php, PORT=8000)
	@$(node) tools/serve/main.ts --cpu $(CPU) --base $(BASE) --port $(or $(PORT),8000) $(if $(APP),--app '$(APP)') \
		$(if $(HANDLER),--handler '$(HANDLER)') $(call zips_of,$*)

##@ Publish

upload-layers: node_modules/.package-lock.json ## Publish the zips of this CPU to every region (or ONLY_REGION)
	@[ -n '$(wildcard output/$(prefix)php-*.zip)' ] || \
		{ echo "Error: output/ contains no zip for $(CPU). Build the layers with: make layers PROFILE=release$(if $(prefix), CPU=arm)" >&2; exit 1; }
	@$(action) publish-layer 'layers=$(wildcard output/$(prefix)php-*.zip) $(if $(prefix),,$(wildcard output/console.zip))' \
		'regions=$(or $(ONLY_REGION),bref)' max-parallel=$(MAX_PARALLEL_PUBLISH) visibility=public \
		compatible-runtimes=provided.al2023 'description=Bref PHP Runtime' license=MIT 'dry-run=$(DRY_RUN)'

upload-layers-local: setup ## Publish the zips to an AWS API server on this machine
	@$(node) tools/upload-local/main.ts --cpu $(CPU) --regions '$(ONLY_REGION)'

list-layers: node_modules/.package-lock.json ## List the published layers (LAYERS, ONLY_REGION); changes nothing
	@$(node) tools/list-layers/main.ts --regions '$(or $(ONLY_REGION),bref)' --layers '$(LAYERS)'

list-layers-local: node_modules/.package-lock.json ## List the layers on the server of upload-layers-local
	@$(node) tools/list-layers/main.ts --regions '$(or $(ONLY_REGION),bref)' --layers '$(LAYERS)' --local

upload-to-docker-hub: setup ## Push the images of this CPU with the tags 2 and DOCKER_TAG; combine both CPUs once both are pushed
	@[ -n '$(DOCKER_TAG)' ] || { echo "Error: DOCKER_TAG must be the version of the images, such as DOCKER_TAG=2.3.44." >&2; exit 1; }
	@$(node) tools/push-images/main.ts --cpu $(CPU) --tag 2 --tag $(DOCKER_TAG) $(if $(REGISTRY),--registry $(REGISTRY)) \
		$(if $(VERSIONS),--versions '$(VERSIONS)')

release-rehearsal: setup ## Run the release workflow of the last commit here, with stand-ins for AWS and GitHub
	@PATH="$(CURDIR)/$(bin):$$PATH" npm run --silent release-rehearsal

##@ Machine

setup: node_modules/.package-lock.json ## Install missing parts: Docker engine, tools of the base OS, Python (asks first)
	@$(node) tools/setup/main.ts --cpu $(CPU) --base $(BASE)

setup-tests: node_modules/.package-lock.json
	@$(node) tools/setup/main.ts --cpu $(CPU) --base $(BASE) --tests

setup-undo: node_modules/.package-lock.json ## Remove the apt source and the pin that setup added
	@$(node) tools/setup/main.ts --undo

# --ignore-scripts: packages must not run code during the installation.
node_modules/.package-lock.json: package-lock.json
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

clean: $(versions:%=clean-%) ## Remove the output folder, and the images of this CPU
	@rm -rf output

$(versions:%=clean-%): clean-%: ## Remove the zips, layer trees and images of one version for this CPU
	@rm -rf output/$(prefix)php-$*.* output/$(prefix)php-$*-fpm.* output/tree/$(prefix)php-$* output/tree/$(prefix)php-$*.* \
		output/tree/$(prefix)php-$*-fpm output/tree/$(prefix)php-$*-fpm.* \
		output/.tested/$(prefix)php-$*
	@$(node) tools/remove-images/main.ts $(prefix)build-php-$* $(prefix)php-$* $(prefix)php-$*-fpm $(prefix)php-$*-console \
		$(prefix)php-$*-fpm-dev

help: ## List every target
	@awk '/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z$$].*:.*## / { name = $$0; sub(/^\$$\(versions:%=/, "", name); sub(/[):].*/, "", name); \
			sub(/^layer-%/, "layer-LAYER", name); sub(/^shell-%/, "shell-LAYER", name); sub(/^run-%/, "run-LAYER", name); sub(/%/, "NN", name); \
			text = $$0; sub(/.*## /, "", text); printf "  %-24s %s\n", name, text }' Makefile
	@printf '\nVariables (on the command line or in .env): CPU=x86|arm (%s)  BASE=auto%s (%s)  PROFILE=quick|release (%s)\n  YES=1 skips the question of setup   DRY_RUN=true only prints the plan of upload-layers\n' '$(CPU)' '$(subst $() ,,$(bases:%=|%))' '$(BASE)' '$(PROFILE)'
	@printf '  FILTER=text runs only the layer tests whose name contains the text   TARGET=lambda ROLE=arn runs them on AWS Lambda\n'
	@printf '  Versions: %s\n' '$(versions)'
