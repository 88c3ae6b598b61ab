/*
 * The codec for C and languages that can call C: encodes and decodes the six packets of ChatOS 1.0 with the same code as
 * the C++ interface in chatos/, through plain structs. C11, or any C++.
 *
 * No function allocates, keeps a pointer, prints, or uses global state: all are thread-safe. A mistake of the peer is a
 * value with a rule, a field and an offset; no input from the network can stop the program. Pointers must be valid for
 * the given number of bytes; a pointer may be NULL if its size is 0. Returned strings end with NUL and have static
 * storage.
 */
#ifndef CHATOS_H
#define CHATOS_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define CHATOS_API __attribute__((visibility("default")))
#else
#define CHATOS_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The first byte of a packet (WIRE-1). */
enum chatos_opcode {
    CHATOS_CR = 1,   /* connection request: "register me under this pseudo" */
    CHATOS_RPM = 2,  /* request personal message: "may I write to this pseudo?" */
    CHATOS_SPM = 3,  /* send personal message; when it is delivered, its pseudo is that of the sender */
    CHATOS_SMA = 4,  /* send message to all */
    CHATOS_PC = 5,   /* private TCP connection */
    CHATOS_ERROR = 6 /* the answer to any of the others, OK included */
};

/* Assigned codes of an ERROR (WIRE-12). */
enum chatos_error_code {
    CHATOS_CODE_OK = 0,
    CHATOS_CODE_PSEUDO_TAKEN = 1,
    CHATOS_CODE_OUT_OF_CAPACITY = 2,
    CHATOS_CODE_UNREACHABLE = 4,
    CHATOS_CODE_REFUSED = 5
};

/* The reason why bytes are not a packet, or why a packet is refused. */
enum chatos_violation {
    CHATOS_VIOLATION_NONE = 0,
    CHATOS_UNKNOWN_OPCODE = 1,       /* WIRE-1 */
    CHATOS_NEGATIVE_SIZE = 2,        /* WIRE-11: the top bit of a size is set */
    CHATOS_SIZE_OVER_LIMIT = 3,      /* WIRE-14 */
    CHATOS_EMPTY_PSEUDO = 4,         /* WIRE-9 */
    CHATOS_ILL_FORMED_UTF8 = 5,      /* WIRE-8 */
    CHATOS_UNASSIGNED_ERROR_CODE = 6 /* WIRE-12 */
};

/* A field of a packet. */
enum chatos_field {
    CHATOS_FIELD_OPCODE = 0,
    CHATOS_FIELD_PSEUDO_SIZE = 1,  /* two bytes, big-endian */
    CHATOS_FIELD_PSEUDO = 2,       /* UTF-8 */
    CHATOS_FIELD_MESSAGE_SIZE = 3, /* four bytes, big-endian */
    CHATOS_FIELD_MESSAGE = 4,      /* UTF-8 */
    CHATOS_FIELD_ERROR_CODE = 5
};

/* The outcome of chatos_decode(). */
enum chatos_decode_status {
    CHATOS_COMPLETE = 0,   /* `packet` and `consumed` are set */
    CHATOS_INCOMPLETE = 1, /* `need` is set; nothing was consumed */
    CHATOS_MALFORMED = 2   /* `violation`, `field` and `error_offset` are set; nothing after this can be decoded (ERR-1) */
};

/* The outcome of chatos_encode(). */
enum chatos_encode_status {
    CHATOS_WRITTEN = 0,          /* `size` bytes were written */
    CHATOS_BUFFER_TOO_SMALL = 1, /* nothing was written; `size` bytes are needed */
    CHATOS_REFUSED = 2           /* nothing was written; `violation` and `field` are set */
};

/* Text. It does not end with NUL and may contain NUL. */
struct chatos_text {
    const char *data; /* may be NULL when `size` is 0 */
    size_t size;      /* in bytes */
};

/* The largest accepted sizes, in bytes of UTF-8 (WIRE-14). */
struct chatos_limits {
    uint32_t pseudo_bytes_max;
    uint32_t message_bytes_max;
};

/* A packet. Fields that its opcode does not have are empty or 0. It owns nothing: its texts point into memory that the
   caller keeps alive. */
struct chatos_packet {
    uint8_t opcode;             /* enum chatos_opcode */
    uint8_t error_code;         /* enum chatos_error_code; of an ERROR */
    struct chatos_text pseudo;  /* of CR, RPM, SPM and PC: at least one byte of UTF-8 */
    struct chatos_text message; /* of SPM and SMA: UTF-8, may be empty */
};

/* The result of chatos_decode(). Only the members that the status names are set; the others are 0. */
struct chatos_decoded {
    struct chatos_packet packet; /* its texts point into the decoded bytes */
    size_t consumed;             /* bytes of this packet, at least 2 */
    size_t need;                 /* how many more bytes the next decision needs, at least 1 */
    int violation;               /* enum chatos_violation: the violated rule */
    int field;                   /* enum chatos_field: the field that violates it */
    size_t error_offset;         /* from the first byte: of the opcode, size, UTF-8 sequence or code that is wrong */
};

/* The result of chatos_encode(). Only the members that the status names are set; the others are 0. */
struct chatos_encoded {
    size_t size;   /* bytes of the packet */
    int violation; /* enum chatos_violation: the rule that the packet would violate */
    int field;     /* enum chatos_field: the field that would violate it */
};

/* What chatos_find_ill_formed_utf8() returns for well-formed text. */
#define CHATOS_UTF8_WELL_FORMED ((size_t)-1)

/* Version of the library, "MAJOR.MINOR.PATCH". */
CHATOS_API const char *chatos_version(void);

/* The limits that NULL stands for: 255 and 65,536 bytes. */
CHATOS_API struct chatos_limits chatos_default_limits(void);

/* The sizes that every implementation must accept (WIRE-14): 32 and 1,024 bytes. */
CHATOS_API struct chatos_limits chatos_smallest_legal_limits(void);

/* Size of the largest packet that these limits (NULL: the default ones) allow, in bytes: a receive buffer of this size
   always makes progress. */
CHATOS_API size_t chatos_packet_bytes_max(const struct chatos_limits *limits);

/*
 * Decodes at most one packet, the one at the start of the input, and reads nothing outside `input_bytes` bytes. Fills
 * `decoded` and returns a value of enum chatos_decode_status. An empty input is incomplete and needs 1. With fewer than
 * `need` more bytes a call neither completes a packet nor reveals an error. `limits` may be NULL.
 */
CHATOS_API int chatos_decode(const void *input, size_t input_bytes, const struct chatos_limits *limits,
                             struct chatos_decoded *decoded);

/*
 * Writes `packet` to the front of the output and nothing after it. Refuses what chatos_decode() with the same limits
 * would refuse, regardless of the size of the output. Fields that the opcode does not have are ignored.
 * Fills `result` and returns a value of enum chatos_encode_status. The output must not overlap the texts. `limits` may
 * be NULL.
 */
CHATOS_API int chatos_encode(const struct chatos_packet *packet, void *output, size_t output_bytes,
                             const struct chatos_limits *limits, struct chatos_encoded *result);

/* Size of `packet` on the wire, in bytes, whether or not it would be refused; 1 if its opcode is unknown. */
CHATOS_API size_t chatos_encoded_size(const struct chatos_packet *packet);

/* "CR", "RPM", "SPM", "SMA", "PC" or "ERROR"; NULL if no packet has this opcode. */
CHATOS_API const char *chatos_packet_name(unsigned opcode);

/* "connection request" and so on; NULL if no packet has this opcode. */
CHATOS_API const char *chatos_packet_title(unsigned opcode);

/* 1 if a client may send packets of this opcode, else 0. */
CHATOS_API int chatos_client_may_send(unsigned opcode);

/* 1 if a server may send packets of this opcode, else 0. */
CHATOS_API int chatos_server_may_send(unsigned opcode);

/* "OK", "PSEUDO_TAKEN", "OUT_OF_CAPACITY", "UNREACHABLE" or "REFUSED"; NULL if this code is not assigned (WIRE-12). */
CHATOS_API const char *chatos_error_code_name(unsigned code);

/* Short name of a violation ("unknown_opcode"), for logs; NULL for an unknown number. */
CHATOS_API const char *chatos_violation_name(int violation);

/* A clause for people ("no packet has this opcode; 1 to 6 are assigned"); NULL as above. */
CHATOS_API const char *chatos_violation_text(int violation);

/* Id of the rule ("WIRE-1"), "" for CHATOS_VIOLATION_NONE; NULL as above. */
CHATOS_API const char *chatos_violation_rule(int violation);

/* Name of a field ("pseudo_size"); NULL for an unknown number. */
CHATOS_API const char *chatos_field_name(int field);

/* Position of the first byte of the first ill-formed UTF-8 sequence (WIRE-8), or CHATOS_UTF8_WELL_FORMED. */
CHATOS_API size_t chatos_find_ill_formed_utf8(const char *text, size_t text_bytes);

/*
 * Escapes text from the network for display: control characters, line breaks, direction marks and bytes that are not
 * UTF-8 become "\n", "\x1b", "\u{202e}", and `\` and `"` get a `\` before them. Writes as many whole escapes and
 * characters as fit, followed by NUL unless `output_bytes` is 0. Returns the size of the whole form without its NUL, so a
 * result of `output_bytes` or more means that it was truncated; 4 * text_bytes + 1 bytes always suffice.
 */
CHATOS_API size_t chatos_escape(const char *text, size_t text_bytes, char *output, size_t output_bytes);

#ifdef __cplusplus
}
#endif

#endif
