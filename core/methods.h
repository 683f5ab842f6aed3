// SPDX-License-Identifier: BSD-2-Clause
//
// One declaration a row of the invocation table: the method of label L is `method_L`. invoke.c collects them.
#pragma once

#include <lab4/invocations.h>

#include "core/invoke.h"

#define METHOD_PROTOTYPE(number, label, kind, stub, words, caps, result, args) DECLARE_METHOD(label);
LAB4_INVOCATIONS(METHOD_PROTOTYPE)
#undef METHOD_PROTOTYPE
