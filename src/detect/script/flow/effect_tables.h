#pragma once

#include <span>

#include "detect/script/flow/effects.h"

// One table for each family of languages; effects.h gives them out.
namespace pugmark::script {

std::span<const Effect> php_effects();
std::span<const Effect> asp_effects();
std::span<const Effect> dotnet_effects();
std::span<const Effect> java_effects();
std::span<const Effect> cfml_effects();
std::span<const Effect> perl_effects();
std::span<const Effect> python_effects();

}  // namespace pugmark::script
