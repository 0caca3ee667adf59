//! Codecs: their names, what their decoders need to know, what they put before the audio.

use symphonia::core::codecs::audio::well_known as id;
use symphonia::core::codecs::audio::well_known::profiles;
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters};

use crate::decode::bytes::aac_config::AacConfig;
use crate::decode::bytes::formats::title_of_refused;
use crate::decode::containers::opened::unsupported;
use crate::decode::packets::packet::PCM_PACKET;
use crate::error::Error;

/// Samples that an MP3 decoder's filterbank delays the audio by.
pub(in crate::decode) const MP3_DECODER_DELAY: i64 = 529;

/// Encoder delay of MP3 files that do not tell theirs, in samples: LAME's, by far the most common.
const MP3_USUAL_DELAY: i64 = 576;

/// The first `count` positions, or as many channels without positions.
pub(in crate::decode) fn channels(count: u32) -> symphonia::core::audio::Channels {
    use symphonia::core::audio::{Channels, Position};
    match count {
        1 => Channels::Positioned(Position::FRONT_LEFT),
        _ => Position::from_wave_channel_count(count)
            .map_or_else(|| Channels::Discrete(count.min(u32::from(u16::MAX)) as u16), Channels::Positioned),
    }
}

/// Short name of a codec.
pub(in crate::decode) fn codec_name(codec: AudioCodecId) -> Option<&'static str> {
    Some(match codec {
        id::CODEC_ID_MP1 => "mp1",
        id::CODEC_ID_MP2 => "mp2",
        id::CODEC_ID_MP3 => "mp3",
        id::CODEC_ID_AAC => "aac",
        id::CODEC_ID_ALAC => "alac",
        id::CODEC_ID_FLAC => "flac",
        id::CODEC_ID_VORBIS => "vorbis",
        id::CODEC_ID_OPUS => "opus",
        id::CODEC_ID_SPEEX => "speex",
        id::CODEC_ID_AC3 => "ac3",
        id::CODEC_ID_EAC3 => "eac3",
        id::CODEC_ID_AC4 => "ac4",
        id::CODEC_ID_DCA => "dts",
        id::CODEC_ID_TRUEHD => "truehd",
        id::CODEC_ID_WMA => "wma",
        id::CODEC_ID_WAVPACK => "wavpack",
        id::CODEC_ID_MUSEPACK => "musepack",
        id::CODEC_ID_TTA => "tta",
        id::CODEC_ID_ADPCM_MS => "adpcm_ms",
        id::CODEC_ID_ADPCM_IMA_WAV | id::CODEC_ID_ADPCM_IMA_QT => "adpcm_ima",
        id::CODEC_ID_PCM_U8 => "pcm_u8",
        id::CODEC_ID_PCM_S8 => "pcm_s8",
        id::CODEC_ID_PCM_S16LE => "pcm_s16le",
        id::CODEC_ID_PCM_S16BE => "pcm_s16be",
        id::CODEC_ID_PCM_S24LE => "pcm_s24le",
        id::CODEC_ID_PCM_S24BE => "pcm_s24be",
        id::CODEC_ID_PCM_S32LE => "pcm_s32le",
        id::CODEC_ID_PCM_S32BE => "pcm_s32be",
        id::CODEC_ID_PCM_F32LE => "pcm_f32le",
        id::CODEC_ID_PCM_F32BE => "pcm_f32be",
        id::CODEC_ID_PCM_F64LE => "pcm_f64le",
        id::CODEC_ID_PCM_F64BE => "pcm_f64be",
        id::CODEC_ID_PCM_ALAW => "pcm_alaw",
        id::CODEC_ID_PCM_MULAW => "pcm_mulaw",
        _ => return None,
    })
}

/// Refuses AAC that its configuration says the decoder cannot do justice to.
pub(in crate::decode) fn check_aac(container: &str, params: &AudioCodecParameters) -> Result<(), Error> {
    if params.codec != id::CODEC_ID_AAC {
        return Ok(());
    }
    let config = params.extra_data.as_deref().and_then(AacConfig::parse);
    match config {
        Some(config) if config.ps => {
            Err(unsupported(container, Some("he-aac-v2"), title_of_refused("he-aac-v2")))
        }
        Some(config) if config.sbr => Err(unsupported(container, Some("he-aac"), title_of_refused("he-aac"))),
        Some(config) if config.object_type == 42 => Err(unsupported(container, Some("xhe-aac"), "xHE-AAC")),
        Some(config) if config.object_type != 2 => {
            Err(unsupported(container, Some("aac"), "AAC of a profile other than LC"))
        }
        Some(config) if config.channels > 2 => {
            Err(unsupported(container, Some("aac"), "AAC with more than two channels"))
        }
        None if params.profile == Some(profiles::CODEC_PROFILE_AAC_HE) => {
            Err(unsupported(container, Some("he-aac"), title_of_refused("he-aac")))
        }
        _ => Ok(()),
    }
}

/// Samples before the audio, in streams of a codec that do not tell them.
///
/// Any AAC encoder has at least the one frame that the first overlap takes; layers I and II delay by
/// their filterbank alone.
pub(in crate::decode) const fn usual_priming(codec: AudioCodecId) -> i64 {
    match codec {
        id::CODEC_ID_AAC => 1024,
        id::CODEC_ID_MP3 => MP3_USUAL_DELAY + MP3_DECODER_DELAY,
        id::CODEC_ID_MP1 | id::CODEC_ID_MP2 => 481,
        _ => 0,
    }
}

/// Bytes of one sample.
pub(in crate::decode) const fn width(codec: AudioCodecId) -> usize {
    match codec {
        id::CODEC_ID_PCM_S16LE | id::CODEC_ID_PCM_S16BE => 2,
        id::CODEC_ID_PCM_S24LE | id::CODEC_ID_PCM_S24BE => 3,
        id::CODEC_ID_PCM_S32LE | id::CODEC_ID_PCM_S32BE | id::CODEC_ID_PCM_F32LE | id::CODEC_ID_PCM_F32BE => {
            4
        }
        id::CODEC_ID_PCM_F64LE | id::CODEC_ID_PCM_F64BE => 8,
        _ => 1,
    }
}

/// Parameters of PCM.
pub(in crate::decode) fn pcm_params(
    codec: AudioCodecId,
    sample_rate: u32,
    n_channels: u32,
) -> AudioCodecParameters {
    let mut params = AudioCodecParameters::new();
    params
        .for_codec(codec)
        .with_sample_rate(sample_rate)
        .with_channels(channels(n_channels))
        .with_max_frames_per_packet(PCM_PACKET);
    params
}
