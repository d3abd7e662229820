#ifndef FLOTILLA_CZLIB_SHIM_H
#define FLOTILLA_CZLIB_SHIM_H

#include <zlib.h>

// A macro with arguments, which the importer leaves out.
static inline int flotilla_deflate_init_gzip(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}

#endif
