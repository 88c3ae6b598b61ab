// The harnesses of chatos-dump on captures: files, frames and streams.
#pragma once

#include "properties/verdict.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos::fuzz {

/// Any capture file, read in any pieces. The first byte of an input chooses the pieces; the remaining bytes are the
/// file. Properties: `pieces`: frames and problem do not depend on how the file is read. `bounded`: no frame is larger
/// than frames may be, or than it was on the wire. `accounted`: frames = decoded + skipped, every byte of a
/// segment is input, repeated or discarded, and every byte of input is in a packet or an event. `lines`: the output is
/// whole lines without control characters. Where the size of the file is a multiple of 8, also those of
/// check_capture_outputs(), which take as long as the others.
[[nodiscard]] verdict check_capture(std::span<const std::byte> input);

/// Any capture file as the input of -w and --csv. Properties: `kept`: the file with the frames of its streams can be
/// read, and has the same packets. `table`: each row is one line with every column.
[[nodiscard]] verdict check_capture_outputs(std::span<const std::byte> file);

/// Any capture file, made anonymous; the first byte of an input says nothing, as in the others. Properties: `verdicts`:
/// --check finds the same in it, rule by rule. `texts`: no four bytes of a word are in any text of it.
[[nodiscard]] verdict check_anonymize(std::span<const std::byte> input);

/// Decapsulation of any frames. The first byte of an input chooses the link type and whether checksums are verified;
/// then come frames: a byte with the size, a byte with the number of bytes that the snap length cut off, the frame.
/// Properties: `accounted`: each frame is decapsulated, or counted once as skipped, fragments at the end at the latest.
/// `inside`: the payload is no longer than it was on the wire. `padding`: bytes after a packet change nothing, except
/// for packets that lack as many, or whose length depends on the frame.
[[nodiscard]] verdict check_link(std::span<const std::byte> input);

/// The link type that a first byte chooses.
[[nodiscard]] std::uint16_t chosen_link_type(std::byte choice) noexcept;

/// Reassembly of any stream after anything that a network does to it. The first byte of an input is the size of the
/// script that follows; the remaining bytes are the stream of a client. The script's first byte has flags (bit 0: one
/// segment is lost; bit 1: the handshake was not captured); the others choose segments, their order and repetitions.
/// Properties: `same`: any segmentation, order and repetition of the same bytes produces the records of the bytes in
/// one piece. `accounted`: every byte of the stream was input or is missing, and every byte of input is in one record.
[[nodiscard]] verdict check_reassembly(std::span<const std::byte> input);

}  // namespace chatos::fuzz
