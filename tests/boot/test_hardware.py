# SPDX-License-Identifier: BSD-2-Clause
"""The root task hardware.c."""


def test_interrupts_translation_and_preemption_on_hardware(lab, t):
    result = lab.boot(lab.image(lab.build / "bin/boot-hardware"), timeout=60)
    t.equal(result.status, 0, f"exit status (output {result.output!r})")
    t.contains(result.output, "ok the UART's interrupt arrives", "ok an interrupt gets through while the kernel clears memory", ", 0 failed")
