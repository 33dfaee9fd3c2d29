using System;
using System.Runtime.Serialization;
using OutSystems.HubEdition.RuntimePlatform;

namespace OutSystems.NssWarehouse_Tools {

	/// <summary>
	/// RecordList type <code>RLArticleRecordList</code> that represents a record list of
	///  <code>Article</code>
	/// </summary>
	[Serializable()]
	public partial class RLArticleRecordList: GenericRecordList<RCArticleRecord>, IEnumerable, IEnumerator, ISerializable {
		protected override RCArticleRecord GetElementDefaultValue() {
			return new RCArticleRecord("");
		}

		public T[] ToArray<T>(Func<RCArticleRecord, T> converter) {
			return ToArray(this, converter);
		}
	} // RLArticleRecordList

	[Serializable()]
	public partial class RLSizeRecordList: GenericRecordList<RCSizeRecord>, IEnumerable, IEnumerator, ISerializable {
	} // RLSizeRecordList

	// As versions before 9 wrote it: the name alone says what is in it.
	[Serializable()]
	public partial class RLCustomerRecordList: RecordList, IEnumerable, IEnumerator, ISerializable {
	} // RLCustomerRecordList

} // OutSystems.NssWarehouse_Tools
