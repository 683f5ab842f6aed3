// SPDX-License-Identifier: BSD-2-Clause
//
// Derivation: making a second capability from an existing one (objects §1.2).
#pragma once

#include "core/refusal.h"

// `cap` is the (perhaps already reduced) capability of `source`. On acceptance *derived is the new capability,
// or null where a kind cannot be derived; the caller decides what null means.
struct refusal cap_derive(const struct slot *source, struct cap cap, struct cap *derived);
