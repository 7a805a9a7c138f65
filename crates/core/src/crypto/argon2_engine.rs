//! Argon2id computed by either of two implementations, in memory that is reused.

use argon2_rust::params::{Memory, TagLen};
use zeroize::Zeroize;

use super::CryptoError;
use super::password_hasher::HashEngine;
use crate::domain::policy::Argon2Cost;

const PARAMS: CryptoError = CryptoError::new("the Argon2 parameters are not valid");
const FAULT: CryptoError = CryptoError::new("Argon2 failed");
const MEMORY: CryptoError = CryptoError::new("no memory for an Argon2 hash");

/// What goes into one hash besides its cost. Only the test vector uses `secret` and `data`.
#[derive(Clone, Copy)]
pub(super) struct Input<'a> {
    pub(super) password: &'a [u8],
    pub(super) salt: &'a [u8],
    pub(super) secret: &'a [u8],
    pub(super) data: &'a [u8],
}

impl<'a> Input<'a> {
    pub(super) fn new(password: &'a [u8], salt: &'a [u8]) -> Self {
        Self {
            password,
            salt,
            secret: &[],
            data: &[],
        }
    }
}

/// The memory of one running hash, kept for the next one.
///
/// Mapping 64 MiB afresh costs as much as half a hash. Nothing derived from a
/// password stays behind: both kinds are wiped before `derive` returns.
pub(super) enum Arena {
    Fast(argon2_rust::Hasher),
    Conservative(Vec<argon2::Block>),
}

impl Arena {
    /// An arena without memory; the first hash brings it.
    pub(super) fn new(engine: HashEngine) -> Self {
        match engine {
            HashEngine::Fast => Self::Fast(fast(argon2_rust::Params::DEFAULT).hasher()),
            HashEngine::Conservative => Self::Conservative(Vec::new()),
        }
    }

    /// Memory held, in KiB: an Argon2 block is one.
    pub(super) fn held_kib(&self) -> usize {
        match self {
            Self::Fast(hasher) => hasher.reserved_blocks(),
            Self::Conservative(blocks) => blocks.len(),
        }
    }

    /// Gives the memory back.
    pub(super) fn clear(&mut self) {
        match self {
            Self::Fast(hasher) => hasher.clear(),
            Self::Conservative(blocks) => *blocks = Vec::new(),
        }
    }

    /// Fills `tag`, whose length is an input of Argon2, on the calling thread alone.
    pub(super) fn derive(
        &mut self,
        cost: Argon2Cost,
        input: Input<'_>,
        tag: &mut [u8],
    ) -> Result<(), CryptoError> {
        // Never two arenas at once: a larger one is not grown beside the smaller.
        if self.held_kib() < cost.memory_kib as usize {
            self.clear();
        }
        match self {
            Self::Fast(hasher) => derive_fast(hasher, cost, input, tag),
            Self::Conservative(blocks) => derive_conservative(blocks, cost, input, tag),
        }
    }
}

fn fast(params: argon2_rust::Params) -> argon2_rust::Argon2 {
    argon2_rust::Argon2::new(
        argon2_rust::Algorithm::Argon2id,
        argon2_rust::Version::V0x13,
        params,
    )
}

fn derive_fast(
    hasher: &mut argon2_rust::Hasher,
    cost: Argon2Cost,
    input: Input<'_>,
    tag: &mut [u8],
) -> Result<(), CryptoError> {
    // One thread per hash, however many lanes: the pool decides what runs side
    // by side, and helper threads would take cores it has not counted.
    let params = argon2_rust::Params::builder()
        .memory(Memory::kib(u64::from(cost.memory_kib)))
        .passes(cost.passes)
        .lanes(cost.lanes)
        .threads(1)
        .tag_len(TagLen::bytes(tag.len() as u64))
        .build()
        .map_err(|_| PARAMS)?;
    hasher.set_argon2(fast(params));
    hasher
        .hash_into_with_ad(input.password, input.salt, input.secret, input.data, tag)
        .map_err(|error| match error {
            argon2_rust::Error::MemoryAllocationError => MEMORY,
            _ => FAULT,
        })
}

fn derive_conservative(
    blocks: &mut Vec<argon2::Block>,
    cost: Argon2Cost,
    input: Input<'_>,
    tag: &mut [u8],
) -> Result<(), CryptoError> {
    let params = argon2::ParamsBuilder::new()
        .m_cost(cost.memory_kib)
        .t_cost(cost.passes)
        .p_cost(cost.lanes)
        .data(argon2::AssociatedData::new(input.data).map_err(|_| PARAMS)?)
        .output_len(tag.len())
        .build()
        .map_err(|_| PARAMS)?;
    let needed = params.block_count();
    let missing = needed.saturating_sub(blocks.len());
    blocks.try_reserve_exact(missing).map_err(|_| MEMORY)?;
    blocks.resize_with(needed.max(blocks.len()), argon2::Block::new);
    let argon2 = argon2::Argon2::new_with_secret(
        input.secret,
        argon2::Algorithm::Argon2id,
        argon2::Version::V0x13,
        params,
    )
    .map_err(|_| PARAMS)?;
    let used = blocks.get_mut(..needed).ok_or(MEMORY)?;
    let result = argon2.hash_password_into_with_memory(input.password, input.salt, tag, &mut *used);
    used.iter_mut().zeroize();
    result.map_err(|_| FAULT)
}

/// Computes the Argon2id vector of RFC 9106, section 5.3, and compares.
///
/// It runs the very code path that passwords take and needs 32 KiB and well
/// under a millisecond, so every start of the process can afford it.
pub(super) fn check_vector(engine: HashEngine) -> Result<(), CryptoError> {
    const COST: Argon2Cost = Argon2Cost {
        memory_kib: 32,
        passes: 3,
        lanes: 4,
    };
    const TAG: [u8; 32] = [
        0x0d, 0x64, 0x0d, 0xf5, 0x8d, 0x78, 0x76, 0x6c, 0x08, 0xc0, 0x37, 0xa3, 0x4a, 0x8b, 0x53, 0xc9, 0xd0,
        0x1e, 0xf0, 0x45, 0x2d, 0x75, 0xb6, 0x5e, 0xb5, 0x25, 0x20, 0xe9, 0x6b, 0x01, 0xe6, 0x59,
    ];
    let input = Input {
        password: &[1; 32],
        salt: &[2; 16],
        secret: &[3; 8],
        data: &[4; 12],
    };
    let mut tag = [0; 32];
    Arena::new(engine).derive(COST, input, &mut tag)?;
    if tag == TAG {
        Ok(())
    } else {
        Err(CryptoError::new(
            "Argon2id does not give the test vector of RFC 9106 on this machine",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Argon2Cost = Argon2Cost {
        memory_kib: 64,
        passes: 1,
        lanes: 1,
    };

    fn tag(arena: &mut Arena, cost: Argon2Cost) -> [u8; 32] {
        let mut tag = [0; 32];
        arena
            .derive(cost, Input::new(b"password", b"somesalt"), &mut tag)
            .unwrap();
        tag
    }

    #[test]
    fn both_engines_give_the_vector_of_rfc_9106() {
        check_vector(HashEngine::Fast).unwrap();
        check_vector(HashEngine::Conservative).unwrap();
    }

    #[test]
    fn an_arena_is_kept_until_cleared_and_used_memory_changes_no_result() {
        for engine in [HashEngine::Fast, HashEngine::Conservative] {
            let mut arena = Arena::new(engine);
            assert_eq!(arena.held_kib(), 0);
            let small = tag(&mut arena, SMALL);
            assert_eq!(arena.held_kib(), 64);
            let large = tag(
                &mut arena,
                Argon2Cost {
                    memory_kib: 128,
                    ..SMALL
                },
            );
            assert_eq!(arena.held_kib(), 128);
            assert_ne!(small, large);
            assert_eq!(tag(&mut arena, SMALL), small, "{engine:?}: used memory");
            arena.clear();
            assert_eq!(arena.held_kib(), 0);
            assert_eq!(tag(&mut arena, SMALL), small, "{engine:?}: new memory");
        }
    }

    #[test]
    fn the_conservative_arena_is_wiped_after_use() {
        let mut arena = Arena::new(HashEngine::Conservative);
        tag(&mut arena, SMALL);
        let Arena::Conservative(blocks) = arena else {
            unreachable!()
        };
        assert!(blocks.iter().flat_map(AsRef::as_ref).all(|word| *word == 0));
    }
}
