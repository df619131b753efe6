// SPDX-License-Identifier: MIT
// Goes into every program by emscripten.cmake: those that look at the environment get node's, which
// Emscripten leaves to them.
Module.preRun = () => {
    if (typeof ENV !== 'undefined') {
        Object.assign(ENV, process.env);
    }
};
