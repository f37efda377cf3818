/**
 * What every model has read before its first byte: configurations, indexes, names and frames of model files as they are usually
 * written, so that small files need not teach them. Part of the format; `\x00` to `\xff` are single bytes.
 */
const text = String.raw`---
license: apache-2.0
language:
- en
pipeline_tag: text-generation
library_name: transformers
base_model: 
tags:
- text-generation-inference
---
# Model Card

## Usage
${'```'}python
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, pipeline
model = AutoModelForCausalLM.from_pretrained("")
${'```'}
This model was trained on the dataset. It is released under the MIT license. See https://huggingface.co/ and https://github.com/ for more.
name,value,count,mean,min,max,label
The quick brown fox jumps over the lazy dog. You can use this with a small number of examples, which are not the same as those that were seen in training.
{
  "format": "pt",
  "metadata": {
    "total_size": 
  },
  "weight_map": {
    "model.embed_tokens.weight": "model-00001-of-00002.safetensors",
    "model.layers.0.input_layernorm.weight": "model-00001-of-00002.safetensors",
    "model.layers.0.mlp.down_proj.weight": "model-00001-of-00002.safetensors",
    "model.layers.0.mlp.gate_proj.weight": "model-00001-of-00002.safetensors",
    "model.layers.0.mlp.up_proj.weight": "pytorch_model-00001-of-00002.bin",
    "model.layers.0.post_attention_layernorm.weight": "model.safetensors",
    "model.layers.0.self_attn.k_proj.bias": "",
    "model.layers.0.self_attn.o_proj.weight": "",
    "model.layers.0.self_attn.q_proj.weight": "",
    "model.layers.0.self_attn.v_proj.weight": "",
    "model.norm.weight": "",
    "lm_head.weight": ""
  }
}
{
  "_name_or_path": "",
  "architectures": [
    "LlamaForCausalLM"
  ],
  "attention_bias": false,
  "attention_dropout": 0.0,
  "attention_probs_dropout_prob": 0.1,
  "auto_map": {
    "AutoConfig": "configuration.Config"
  },
  "bos_token_id": 1,
  "classifier_dropout": null,
  "do_sample": true,
  "eos_token_id": 2,
  "gradient_checkpointing": false,
  "head_dim": 64,
  "hidden_act": "gelu",
  "hidden_dropout_prob": 0.1,
  "hidden_size": 768,
  "id2label": {
    "0": "LABEL_0",
    "1": "LABEL_1"
  },
  "initializer_range": 0.02,
  "intermediate_size": 3072,
  "label2id": {
  },
  "layer_norm_eps": 1e-05,
  "max_position_embeddings": 2048,
  "max_length": 512,
  "model_type": "bert",
  "num_attention_heads": 12,
  "num_hidden_layers": 12,
  "num_key_value_heads": 8,
  "pad_token_id": 0,
  "position_embedding_type": "absolute",
  "pretraining_tp": 1,
  "quantization_config": {
    "bits": 4,
    "group_size": 128
  },
  "rms_norm_eps": 1e-06,
  "rope_scaling": null,
  "rope_theta": 10000.0,
  "sliding_window": null,
  "temperature": 0.6,
  "tie_word_embeddings": false,
  "top_k": 50,
  "top_p": 0.9,
  "torch_dtype": "float16",
  "transformers_version": "4.41.2",
  "type_vocab_size": 2,
  "use_cache": true,
  "vocab_size": 32000
}
{
  "crop_size": 224,
  "do_center_crop": true,
  "do_normalize": true,
  "do_rescale": true,
  "do_resize": true,
  "feature_extractor_type": "ImageFeatureExtractor",
  "image_mean": [
    0.485,
    0.456,
    0.406
  ],
  "image_std": [
    0.229,
    0.224,
    0.225
  ],
  "rescale_factor": 0.00392156862745098,
  "sampling_rate": 16000,
  "size": {
    "height": 224,
    "width": 224
  }
}
{
  "add_bos_token": true,
  "add_prefix_space": false,
  "added_tokens_decoder": {
    "0": {
      "content": "<unk>",
      "lstrip": false,
      "normalized": false,
      "rstrip": false,
      "single_word": false,
      "special": true
    }
  },
  "bos_token": "<s>",
  "chat_template": "{% for message in messages %}{{ message['role'] + message['content'] }}{% endfor %}",
  "clean_up_tokenization_spaces": true,
  "cls_token": "[CLS]",
  "do_lower_case": true,
  "eos_token": "</s>",
  "mask_token": "[MASK]",
  "model_max_length": 1000000000000000019884624838656,
  "pad_token": "[PAD]",
  "sep_token": "[SEP]",
  "tokenizer_class": "PreTrainedTokenizerFast",
  "unk_token": "[UNK]"
}
{"version":"1.0","truncation":null,"padding":null,"added_tokens":[{"id":0,"content":"<|endoftext|>","single_word":false,"special":true}],"normalizer":null,"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},"post_processor":null,"decoder":{"type":"ByteLevel"},"model":{"type":"BPE","dropout":null,"unk_token":null,"byte_fallback":false,"vocab":{"the":1,"of":2},"merges":["t h"]}}
{"format":"layers-model","generatedBy":"keras v2.15.0","convertedBy":"TensorFlow.js Converter v4.0.0","modelTopology":{"keras_version":"2.15.0","backend":"tensorflow","model_config":{"class_name":"Sequential","config":{"name":"sequential","layers":[{"class_name":"InputLayer","config":{"batch_input_shape":[null,28,28,1],"dtype":"float32","sparse":false,"ragged":false,"name":"input_1"}},{"class_name":"Dense","config":{"name":"dense","trainable":true,"dtype":"float32","units":10,"activation":"relu","use_bias":true,"kernel_initializer":{"class_name":"GlorotUniform","config":{"seed":null}},"bias_initializer":{"class_name":"Zeros","config":{}},"kernel_regularizer":null,"bias_regularizer":null,"kernel_constraint":null}}]}}},"weightsManifest":[{"paths":["group1-shard1of1.bin"],"weights":[{"name":"dense/kernel","shape":[3,3,32,64],"dtype":"float32"},{"name":"conv2d/bias","shape":[64],"dtype":"float32","quantization":{"dtype":"uint8","min":-1,"scale":0.01}}]}]}
\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (64, 128), }                                                  
PK\x03\x04\x00\x00\x08\x08\x00\x00\x00\x00\x00\x00archive/data.pklFB\x80\x02ccollections\nOrderedDict\nq\x00)Rq\x01(X\x06\x00\x00\x00weightq\x02ctorch._utils\n_rebuild_tensor_v2\nq\x03((X\x07\x00\x00\x00storageq\x04ctorch\nFloatStorage\nq\x05X\x01\x00\x00\x000q\x06X\x03\x00\x00\x00cpuq\x07K\x40tq\x08QK\x00K\x08K\x08\x86q\x09K\x08K\x01\x86q\x0a\x89h\x00)Rq\x0btq\x0cRq\x0dX\x04\x00\x00\x00biasq\x0eu.PK\x07\x08archive/byteorderlittlearchive/.format_versionarchive/.storage_alignmentarchive/version3\nPK\x01\x02PK\x06\x06PK\x05\x06
\x89HDF\x0d\x0a\x1a\x0a\x00\x00\x00\x00\x00\x08\x08\x00\x04\x00\x10\x00\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xffTREE\x00\x00HEAP\x00\x00SNODmodel_weights keras_version backend layer_names weight_names kernel:0 bias:0 dense conv2d batch_normalization gamma beta moving_mean moving_variance
TFL3main serving_default MLIR Converted. min_runtime_version 1.5.0 CONVERSION_METADATA
GGUF\x03\x00\x00\x00general.architecture\x08\x00\x00\x00llama general.name general.file_type general.quantization_version llama.context_length llama.embedding_length llama.block_count llama.feed_forward_length llama.attention.head_count llama.attention.head_count_kv llama.attention.layer_norm_rms_epsilon llama.rope.dimension_count tokenizer.ggml.model tokenizer.ggml.tokens tokenizer.ggml.scores tokenizer.ggml.token_type tokenizer.ggml.merges tokenizer.ggml.bos_token_id token_embd.weight output_norm.weight output.weight blk.0.attn_norm.weight blk.0.attn_q.weight blk.0.attn_k.weight blk.0.attn_v.weight blk.0.attn_output.weight blk.0.ffn_norm.weight blk.0.ffn_gate.weight blk.0.ffn_down.weight blk.0.ffn_up.weight
\x08\x08\x12\x07pytorch\x1a\x052.1.0:\x0aonnx.quant skl2onnx tf2onnx main_graph torch_jit\x0a\x05input\x12\x06output\x1a\x00"\x04Conv*\x12\x0a\x09dilations@\x01@\x01\xa0\x01\x07*\x0c\x0a\x05group\x18\x01\xa0\x01\x02*\x15\x0a\x0ckernel_shape@\x03@\x03\xa0\x01\x07*\x11\x0a\x04pads@\x01@\x01@\x01@\x01\xa0\x01\x07*\x10\x0a\x07strides@\x01@\x01\xa0\x01\x07 Relu MatMul Add Mul Sub Div Sqrt Pow Gemm Reshape Transpose perm Concat axis Slice Gather Unsqueeze Squeeze axes Softmax Sigmoid Tanh Cast to Shape Constant value ConstantOfShape Identity Expand Where Resize Clip Split ReduceMean keepdims BatchNormalization epsilon MaxPool AveragePool GlobalAveragePool LayerNormalization Flatten Dropout Pad LSTM hidden_size If then_branch else_branch Loop QuantizeLinear DequantizeLinear zero_point scale QLinearConv alpha transB data location offset length\x0a\x0a/conv1/Conv_output_0/model/layers.0/attention/self/Add_output_0*\x1a\x08\x40\x10\x01B\x0bconv1.weightJ\x80\x04Z\x17\x0a\x05input\x12\x0e\x0a\x0c\x08\x01\x12\x08\x0a\x02\x08\x01b\x16\x0a\x06output\x12\x0c\x0a\x0a\x08\x01\x12\x06B\x04\x0a\x00\x10\x11
{"__metadata__":{"format":"pt"},"model.layers.0.weight":{"dtype":"BF16","shape":[1024,1024],"data_offsets":[0,2097152]},"layer1.0.conv1.bias":{"dtype":"F32","shape":[64],"data_offsets":[2097152,2097408]},"features.0.bn.running_mean":{"dtype":"F16","shape":[64,3,7,7],"data_offsets":[0,128]},"num_batches_tracked":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}
{"version":1,"name":"model.onnx","blockBytes":1048576,"streams":{"lengths":[455,2359296],"widths":[1,4,2],"codecs":["text","zstd","float-fields(huffman, store, store)","byte-planes(rans, store)","store","range","constant"]},"blocks":{"lengths":[200,800]},"files":[{"name":"model.safetensors","format":"safetensors","bytes":2359296,"metadata":{"format":"pt"},"streams":[0,0],"starts":[0,0],"lengths":[0,0]}],"tensors":{"files":[0,0],"names":["conv1.weight","conv1.bias","model.layers.0.weight"],"dtypes":["F32","F32","float32","F16","BF16"],"shapes":[[64,3,3,3],[64]],"offsets":[0,0],"lengths":[6912,256],"digests":[0,0]}}
{"version":1,"name":"config.json","blockBytes":1048576,"streams":{"lengths":[1],"widths":[1],"codecs":["text"]},"blocks":{"lengths":[1]},"files":[{"name":"config.json","format":"bytes","bytes":1,"metadata":{},"streams":[0],"starts":[0],"lengths":[0]}],"tensors":{"files":[],"names":[],"dtypes":[],"shapes":[],"offsets":[],"lengths":[],"digests":[]}}
`;

export const primer: Uint8Array = Buffer.from(
  text.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))).replaceAll('\\n', '\n'),
  'latin1',
);
