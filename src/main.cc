// The program `annals`.

#include "cli/cli.h"

int main(int argc, char** argv) {
  return annals::cli::run(argc, argv, annals::Adapters::standard());
}
