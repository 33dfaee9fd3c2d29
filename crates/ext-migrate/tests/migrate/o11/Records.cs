using System;
using System.Runtime.Serialization;
using OutSystems.HubEdition.RuntimePlatform;

namespace OutSystems.NssWarehouse_Tools {

	/// <summary>
	/// Structure <code>RCArticleRecord</code>
	/// </summary>
	[Serializable()]
	public partial struct RCArticleRecord: ISerializable, ITypedRecord<RCArticleRecord> {
		public static void EnsureInitialized() {}
		[System.Xml.Serialization.XmlElement("Article")]
		public STArticleStructure ssSTArticle;

		public static implicit operator STArticleStructure(RCArticleRecord r) {
			return r.ssSTArticle;
		}

		public BitArray OptimizedAttributes;
	} // RCArticleRecord

	[Serializable()]
	public partial struct RCSizeRecord: ISerializable, ITypedRecord<RCSizeRecord> {
		[System.Xml.Serialization.XmlElement("Size")]
		public STSizeStructure ssSTSize;
	} // RCSizeRecord

	[Serializable()]
	public partial struct RCCustomerRecord: ISerializable, ITypedRecord<RCCustomerRecord> {
		[System.Xml.Serialization.XmlElement("Customer")]
		public ENCustomerEntityRecord ssENCustomer;
	} // RCCustomerRecord

	[Serializable()]
	public partial struct RCPairRecord: ISerializable, ITypedRecord<RCPairRecord> {
		[System.Xml.Serialization.XmlElement("Article")]
		public STArticleStructure ssSTArticle;

		[System.Xml.Serialization.XmlElement("Customer")]
		public ENCustomerEntityRecord ssENCustomer;
	} // RCPairRecord

} // OutSystems.NssWarehouse_Tools
